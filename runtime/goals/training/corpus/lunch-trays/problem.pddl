(define (problem lunch-trays-09) (:domain lunch-trays)
 (:objects ava ben chen dora eli - child sandw1 sandw2 sandw3 sandw4 sandw5 sandw6 - sandwich orange1 orange2 apple1 apple2 banana1 - fruit juice1 juice2 water1 milk1 - drink
  tray1 tray2 tray3 - tray kitchen table1 table2 patio - place box1 box2 - lunchbox flask1 - bottle)
 (:init (at_kitchen sandw1) (at_kitchen sandw2) (made sandw1) (made sandw2) (no_gluten sandw1) (meatless sandw2) (meatless sandw4) (at_kitchen orange1) (at_kitchen apple1) (at_kitchen apple2) (at_kitchen banana1) (at_kitchen juice1) (at_kitchen water1) (at_kitchen milk1) (ontray orange2 tray2) (ontray juice2 tray2)
  (tray_at tray1 kitchen) (tray_at tray2 table1) (tray_at tray3 kitchen) (allergic_gluten ava) (allergic_gluten dora) (vegetarian ben) (waiting ava table1) (waiting ben table1) (waiting chen table2) (waiting dora table2) (waiting eli patio)
  (washed tray1) (cold milk1) (citrus orange1) (citrus orange2))
 (:goal (served ava)))
