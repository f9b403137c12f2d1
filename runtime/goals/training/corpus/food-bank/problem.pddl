(define (problem food-bank-1) (:domain food-bank)
 (:objects ana okoro-family the-lims mrs-petrov - household parcel1 parcel2 parcel3 parcel4 parcel5 - parcel rice lentils oats milk eggs nappies - staple chocolate jam cheese - treat
  top-shelf bottom-shelf cold-shelf - shelf front-porch - porch greg selma idris - volunteer white-van old-van - van)
 (:init (stored-on rice top-shelf) (stored-on lentils top-shelf) (stored-on oats bottom-shelf) (stored-on milk cold-shelf) (stored-on eggs bottom-shelf) (stored-on chocolate top-shelf) (stored-on jam top-shelf) (stored-on cheese cold-shelf) (stored-on nappies bottom-shelf)
  (stored-on parcel1 front-porch) (stored-on parcel2 front-porch) (stored-on parcel3 bottom-shelf) (parcel-for parcel1 ana) (parcel-for parcel2 ana) (parcel-for parcel3 okoro-family) (packed-in rice parcel1) (packed-in jam parcel1) (taped parcel1)
  (riding-in parcel4 old-van) (driving greg old-van) (buddy-of selma mrs-petrov) (before ana the-lims) (registered ana) (registered okoro-family) (registered the-lims) (phoned ana) (spoiled eggs) (refrigerated milk)
  (vegan-home the-lims) (has-baby okoro-family) (animal-product milk) (animal-product eggs) (animal-product cheese) (perishable milk) (perishable eggs) (perishable cheese))
 (:goal (and (packed-in rice parcel2) (packed-in lentils parcel2) (packed-in oats parcel2))))
