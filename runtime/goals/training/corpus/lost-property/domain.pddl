(define (domain lost-property)
 (:requirements :adl :typing)
 (:types item storage person - object
  clothing bag gadget keyring - item
  umbrella scarf coat glove - clothing
  rucksack handbag suitcase - bag
  phone tablet headphones - gadget
  shelf locker bin - storage
  owner clerk - person)
 (:predicates
  (kept-in ?i - item ?s - storage)
  (tagged ?i - item)
  (logged ?i - item)
  (belongs-to ?i - item ?p - owner)
  (claimed-by ?i - item ?p - owner)
  (returned-to ?i - item ?p - owner)
  (charged ?g - gadget)
  (unlocked ?l - locker)
  (notified ?p - owner)
  (wet ?i - item)
  (valuable ?i - item)
  (black ?i - item)
  (red ?i - item)
  (leather ?i - item)
  (broken ?i - item))
 (:action store :parameters (?i - item ?s - storage ?t - storage) :precondition (kept-in ?i ?s) :effect (and (kept-in ?i ?t) (not (kept-in ?i ?s))))
 (:action tag :parameters (?i - item) :precondition (not (tagged ?i)) :effect (tagged ?i))
 (:action log :parameters (?i - item) :precondition (tagged ?i) :effect (logged ?i))
 (:action claim :parameters (?i - item ?p - owner) :precondition (logged ?i) :effect (claimed-by ?i ?p))
 (:action hand-back :parameters (?i - item ?p - owner ?s - storage) :precondition (and (claimed-by ?i ?p) (kept-in ?i ?s)) :effect (and (returned-to ?i ?p) (not (kept-in ?i ?s))))
 (:action charge :parameters (?g - gadget) :precondition (not (charged ?g)) :effect (charged ?g))
 (:action unlock :parameters (?l - locker) :precondition (not (unlocked ?l)) :effect (unlocked ?l))
 (:action lock :parameters (?l - locker) :precondition (unlocked ?l) :effect (not (unlocked ?l)))
 (:action ring-up :parameters (?p - owner) :precondition (not (notified ?p)) :effect (notified ?p))
 (:action dry :parameters (?i - item) :precondition (wet ?i) :effect (not (wet ?i)))
 (:action mend :parameters (?i - item) :precondition (broken ?i) :effect (not (broken ?i))))
