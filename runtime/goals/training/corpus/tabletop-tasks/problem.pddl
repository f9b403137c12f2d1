(define (problem tabletop-tasks-1) (:domain tabletop-tasks)
 (:objects enamel_mug_1 tin_mug_1 blue_bowl_1 blue_bowl_2 side_plate_1 moka_pot_1 ketchup_1 cereal_box_1 butter_dish_1 wine_bottle_2 paperback_1 - item
  oak_cabinet_1_top_drawer oak_cabinet_1_middle_drawer oak_cabinet_1_bottom_drawer oak_cabinet_1_top_side microwave_1_inside wire_basket_1_inside wine_rack_1_slot caddy_1_left_compartment caddy_1_right_compartment stove_1_burner table_front_area table_back_area - region
  gas_stove_1 desk_lamp_1 - appliance)
 (:init (on enamel_mug_1 side_plate_1) (on_region tin_mug_1 table_front_area) (in blue_bowl_1 oak_cabinet_1_top_drawer) (on_region blue_bowl_2 table_back_area) (on_region moka_pot_1 table_front_area) (on_region side_plate_1 table_front_area)
  (closed oak_cabinet_1_top_drawer) (open oak_cabinet_1_middle_drawer) (closed oak_cabinet_1_bottom_drawer) (closed microwave_1_inside) (open wire_basket_1_inside) (open wine_rack_1_slot) (open caddy_1_left_compartment) (open caddy_1_right_compartment)
  (turned_off gas_stove_1) (turned_on desk_lamp_1))
 (:goal (open oak_cabinet_1_top_drawer)))
