(define (problem quarry-1) (:domain quarry)
 (:objects grey_slab rose_slab monument_block kerb_stone rubble_lot - block big_loader bobcat - loader volvo_truck old_truck - truck north_face south_face wash_yard gate_yard - yard sigrun tadeusz - blaster)
 (:init (stored_in grey_slab north_face) (stored_in rose_slab north_face) (stored_in monument_block south_face) (stored_in kerb_stone wash_yard) (stored_in rubble_lot gate_yard) (cut_free kerb_stone) (cut_free rubble_lot) (truck_in volvo_truck north_face) (truck_in old_truck gate_yard) (loader_in big_loader north_face) (loader_in bobcat wash_yard) (out_of_diesel bobcat) (cracked rose_slab) (granite grey_slab) (granite monument_block) (numbered kerb_stone) (on_shift sigrun) (charge_set south_face))
 (:goal (cut_free grey_slab)))
