(define (problem river-cruise-1) (:domain river-cruise)
 (:objects ms_lorelei ms_danubia - ship passau_quay linz_quay vienna_quay - quay mr_halloran mrs_halloran dr_achterberg miss_pym - guest cabin_101 cabin_102 cabin_201 - cabin jochenstein ottensheim - lock abbey_tour cake_tour - tour)
 (:init (ship_at ms_lorelei passau_quay) (ship_at ms_danubia linz_quay) (on_board dr_achterberg ms_danubia) (sleeps_in dr_achterberg cabin_201) (cabin_ready cabin_102) (cabin_ready cabin_201) (joins miss_pym cake_tour) (gangway_out ms_lorelei) (engine_on ms_danubia) (seasick dr_achterberg) (seasick miss_pym) (balcony cabin_201) (balcony cabin_102) (tour_from abbey_tour linz_quay) (tour_from cake_tour linz_quay) (flag_up ms_danubia))
 (:goal (on_board miss_pym ms_lorelei)))
