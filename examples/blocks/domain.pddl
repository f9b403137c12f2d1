; Blocks on a table and one hand to move them.
(define (domain tower-building)
  (:requirements :strips :typing)
  (:types block)
  (:predicates (resting-on ?x ?y - block) (on-floor ?x - block) (top-free ?x - block)
               (gripping ?x - block) (gripper-empty))
  (:action lift
    :parameters (?x - block)
    :precondition (and (on-floor ?x) (top-free ?x) (gripper-empty))
    :effect (and (gripping ?x) (not (on-floor ?x)) (not (top-free ?x)) (not (gripper-empty))))
  (:action set-down
    :parameters (?x - block)
    :precondition (gripping ?x)
    :effect (and (on-floor ?x) (top-free ?x) (gripper-empty) (not (gripping ?x))))
  (:action stack
    :parameters (?x ?y - block)
    :precondition (and (gripping ?x) (top-free ?y))
    :effect (and (resting-on ?x ?y) (top-free ?x) (gripper-empty)
                 (not (gripping ?x)) (not (top-free ?y))))
  (:action unstack
    :parameters (?x ?y - block)
    :precondition (and (resting-on ?x ?y) (top-free ?x) (gripper-empty))
    :effect (and (gripping ?x) (top-free ?y)
                 (not (resting-on ?x ?y)) (not (top-free ?x)) (not (gripper-empty)))))
