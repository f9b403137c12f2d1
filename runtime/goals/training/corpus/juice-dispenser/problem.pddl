(define (problem juice-7) (:domain juice-dispenser)
 (:objects glass1 glass2 glass3 glass4 glass5 glass6 - glass blender1 blender2 - blender left right - hand noz1 noz2 noz3 - nozzle
  mango cherry lime - syrup sunrise jungle - smoothie)
 (:init (handempty left) (holding right glass6) (ontable glass1) (ontable glass2) (ontable glass3) (ontable glass4) (ontable glass5) (ontable blender1) (ontable blender2)
  (empty glass1) (empty glass2) (empty glass4) (empty glass6) (empty blender2) (contains glass3 lime) (used glass3 lime) (contains glass5 cherry) (used glass5 cherry) (contains blender1 mango)
  (clean glass1) (clean glass2) (clean glass6) (clean blender2) (dispenses noz1 mango) (dispenses noz2 cherry) (dispenses noz3 lime) (blocked noz2) (iced glass3))
 (:goal (contains glass1 sunrise)))
