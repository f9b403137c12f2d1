(define (domain lift)
  (:requirements :strips)
  (:predicates (at ?f) (above ?a ?b))
  (:action up
    :parameters (?a ?b)
    :precondition (and (at ?a) (or (above ?a ?b) (above ?b ?a)))
    :effect (and (at ?b) (not (at ?a)))))
