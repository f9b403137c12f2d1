(define (domain lift)
  (:requirements :strips :typing)
  (:types floor cabin)
  (:predicates (at ?c - cabin ?f - floor) (above ?a ?b - floor))
  (:action up
    :parameters (?c - cabin ?a ?b - floor)
    :precondition (and (at ?c ?a) (above ?b ?a)
    :effect (and (at ?c ?b) (not (at ?c ?a)))))
