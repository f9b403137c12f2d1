(define (domain lift)
  (:requirements :strips :typing)
  (:types floor cabin)
  (:predicates (at ?c - cabin ?f - floor) (above ?a ?b - floor))
  (:action up
    :parameters (?c - cabin ?a - floor)
    :effect (at ?c ?a))
  (:action up
    :parameters (?c - cabin ?a - floor)
    :effect (not (at ?c ?a))))
