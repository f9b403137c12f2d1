(define (domain lift)
  (:requirements :typing)
  (:types floor - level)
  (:predicates (at ?f - floor)))
