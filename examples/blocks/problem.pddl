; Two towers, to be made into one in a given order.
(define (problem two-towers)
  (:domain tower-building)
  (:objects a b c d e f - block)
  (:init (on-floor a) (resting-on b a) (resting-on c b) (top-free c)
         (on-floor d) (resting-on e d) (resting-on f e) (top-free f)
         (gripper-empty))
  (:goal (and (resting-on a d) (resting-on d b) (resting-on b e) (resting-on e c))))
