(define (problem signal-boxes-1) (:domain signal-boxes)
 (:objects S10 S11 S12 S20 S21 - signal W1 W2 W3 - points secA secB secC secD - section 1A05 6M41 2K17 - train gwyn petula - signaller north-box junction-box - box)
 (:init (points_normal W1) (points_locked W2) (section_occupied secA) (section_occupied secC) (train_in 1A05 secA) (train_in 6M41 secC) (train_in 2K17 secD) (section_occupied secD) (route_set secB) (worked_by north-box gwyn) (box_open north-box) (lamp_out S12) (lamp_out S21) (token_held 6M41) (signal_guards S10 secA) (signal_guards S11 secB) (signal_guards S12 secC) (signal_guards S20 secD) (signal_guards S21 secB) (points_in W1 secB) (points_in W2 secC) (points_in W3 secD) (express 1A05))
 (:goal (green S11)))
