(define (problem sushi-bar-1) (:domain sushi-bar)
 (:objects salmon-maki tuna-nigiri dragon-roll cucumber-roll eel-temaki - roll salmon tuna eel mackerel - fish red-plate blue-plate gold-plate black-plate - plate seat1 seat2 seat3 seat4 - seat hiro yumiko - chef)
 (:init (frozen tuna) (frozen eel) (filleted salmon) (made cucumber-roll) (on-plate cucumber-roll blue-plate) (on-belt blue-plate) (at-seat black-plate seat2) (wasabi-on black-plate) (spicy dragon-roll) (knife-sharp hiro) (stationed hiro seat1) (seat-wiped seat1))
 (:goal (made salmon-maki)))
