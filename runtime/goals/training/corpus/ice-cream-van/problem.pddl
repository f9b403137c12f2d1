(define (problem sunday-in-the-park) (:domain ice-cream-van)
 (:objects cone1 cone2 cone3 cone4 - cone cup1 cup2 cup3 - cup lolly1 lolly2 - lolly lemon-sorbet raspberry-sorbet mango-sorbet - sorbet vanilla chocolate pistachio hazelnut strawberry - gelato
  ella finn grace hugo - child playground lakeside car-park - spot)
 (:init (scooped cone1 vanilla) (scooped cup1 lemon-sorbet) (stocked vanilla) (stocked chocolate) (stocked pistachio) (stocked lemon-sorbet) (lidded pistachio) (lidded hazelnut) (lidded mango-sorbet)
  (queueing ella) (queueing finn) (queueing grace) (paid-up ella) (parked playground) (vegan lemon-sorbet) (vegan raspberry-sorbet) (vegan mango-sorbet) (vegan hazelnut) (nutty pistachio) (nutty hazelnut)
  (fruity lemon-sorbet) (fruity raspberry-sorbet) (fruity mango-sorbet) (fruity strawberry) (large cone3) (large cone4) (large cup2) (allergic finn) (shady lakeside) (sprinkled cone1) (melted lolly2))
 (:goal (exists (?c - cone) (served ella ?c))))
