(define (domain lift)
  (:requirements :strips :typing)
  (:types floor cabin)
  (:predicates (at ?c - cabin ?f - floor) (above ?a ?b - floor))
  (:action up
    :parameters (?c - cabin ?a ?b - floor)
    :effect (at ?b ?c)))
