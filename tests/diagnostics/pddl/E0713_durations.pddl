(define (domain lift)
  (:requirements :strips :durative-actions)
  (:predicates (up) (down))
  (:durative-action rise
    :parameters ()
    :duration (= ?duration 5)
    :condition (at start (down))
    :effect (at end (up))))
