(define (problem house)
  (:domain lift)
  (:objects c - cabin ground - floor)
  (:init (at c ground)))
