(define (problem thursday-night) (:domain chess-club)
 (:objects magnus-h priya leon - junior old-ferdinand ruth walter - senior
  marble-board travel-board oak-board - board red-clock blue-clock - clock library cellar upstairs-room - room)
 (:init (is-registered priya) (is-registered old-ferdinand) (is-registered ruth) (has-paid-dues ruth) (has-paid-dues priya) (paired-with ruth old-ferdinand)
  (is-set-up oak-board) (seated-at old-ferdinand oak-board) (beside red-clock oak-board) (beside blue-clock travel-board) (is-wound red-clock)
  (placed-in marble-board library) (placed-in travel-board cellar) (placed-in oak-board library) (placed-in red-clock library) (placed-in blue-clock cellar)
  (is-reserved library) (is-heated library) (coaches ruth priya) (is-rated ruth) (is-rated old-ferdinand) (is-rated priya))
 (:goal (is-registered leon)))
