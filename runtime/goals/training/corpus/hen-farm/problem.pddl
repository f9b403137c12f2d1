(define (problem hen-farm-may) (:domain hen-farm)
 (:objects hen1 hen2 hen3 hen4 hen5 - hen rooster1 - rooster duck1 duck2 duck3 - duck egg1 egg2 egg3 egg4 egg5 egg6 egg7 egg8 - egg
  wicker-basket wire-basket - basket carton1 carton2 carton3 - carton incubator1 incubator2 - incubator red-coop green-coop - coop front-yard orchard - yard duck-pond - pond)
 (:init (is-in hen1 red-coop) (is-in hen2 red-coop) (is-in hen3 front-yard) (is-in hen4 green-coop) (is-in hen5 orchard) (is-in rooster1 front-yard) (is-in duck1 duck-pond) (is-in duck2 duck-pond) (is-in duck3 orchard)
  (laid-in egg1 red-coop) (laid-in egg2 red-coop) (laid-in egg3 green-coop) (laid-in egg4 green-coop) (put-into egg5 wicker-basket) (put-into egg6 wicker-basket) (put-into egg7 incubator1) (put-into egg8 carton1)
  (candled egg7) (candled egg8) (stamped egg8) (fed hen1) (fed duck2) (vaccinated hen1) (vaccinated hen4) (ringed rooster1) (mucked-out green-coop) (latched green-coop) (switched-on incubator1)
  (brown egg1) (brown egg3) (brown egg5) (brown egg8) (cracked egg6) (cracked egg4) (fertile egg2) (fertile egg7) (young hen2) (young hen5) (young duck3) (speckled hen3) (speckled duck1))
 (:goal (forall (?c - coop) (latched ?c))))
