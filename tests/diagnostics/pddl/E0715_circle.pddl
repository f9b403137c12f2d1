(define (domain lift)
  (:requirements :typing)
  (:types floor - level level - floor)
  (:predicates (at ?f - floor)))
