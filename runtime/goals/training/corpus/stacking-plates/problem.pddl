(define (problem stacking-plates-1) (:domain stacking-plates)
 (:objects p1 p2 p3 p4 p5 p6 - plate rack sideboard trolley sink-edge - place)
 (:init (on-place p1 rack) (on p2 p1) (on p3 p2) (top p3) (on-place p4 trolley) (on p5 p4) (top p5) (on-place p6 sink-edge) (top p6) (free sideboard) (hand-empty) (dirty p6) (dirty p2) (gold-rim p3) (gold-rim p5))
 (:goal (on p1 p2)))
