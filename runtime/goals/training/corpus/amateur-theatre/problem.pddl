(define (problem opening-night) (:domain amateur-theatre)
 (:objects gwen harold imogen jamal kit - actor king ghost duchess fool - role velvet-robe white-sheet ball-gown motley - costume
  throne goblet lantern mirror wooden-sword - prop centre-stage stage-left stage-right - stage-area wings green-room - backstage-area spotlight footlights house-lights - lamp act-one ballroom-scene duel - scene)
 (:init (cast-as harold king) (cast-as imogen duchess) (understudies kit king) (wears harold velvet-robe) (ironed velvet-robe) (torn ball-gown) (torn motley)
  (stands-on gwen green-room) (stands-on harold centre-stage) (stands-on imogen green-room) (stands-on jamal wings) (stands-on kit wings) (set-on throne wings) (set-on goblet green-room) (set-on lantern stage-left) (set-on mirror centre-stage) (set-on wooden-sword wings)
  (made-up harold) (knows-lines harold) (knows-lines gwen) (lit house-lights) (rehearsed act-one) (appears-in king act-one) (appears-in ghost act-one) (appears-in duchess ballroom-scene) (appears-in fool ballroom-scene) (appears-in king duel) (breakable goblet) (breakable mirror))
 (:goal (curtain-up)))
