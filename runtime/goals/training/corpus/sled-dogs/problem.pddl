(define (problem sled-dogs-1) (:domain sled-dogs)
 (:objects Kaya Nanuk Balto Sisu Tikaani Frost - husky Boulder Juno Otso - malamute ingrid samuel oona - musher
  red-sled blue-sled freight-sled - sled tent stove dog-food fuel-can medkit - supply
  north-kennel south-kennel - kennel pine-cabin lake-cabin - cabin village-start - trailhead)
 (:init (hitched Kaya red-sled) (hitched Nanuk red-sled) (hitched Boulder freight-sled) (ahead-of Kaya Nanuk) (beside Balto Sisu) (drives ingrid red-sled)
  (sled-at red-sled village-start) (sled-at blue-sled pine-cabin) (sled-at freight-sled village-start) (sleeps-in Sisu north-kennel) (sleeps-in Balto north-kennel) (sleeps-in Juno south-kennel) (sleeps-in Frost south-kennel) (sleeps-in Otso north-kennel)
  (packed-on stove blue-sled) (packed-on tent blue-sled) (watered Kaya) (booted Kaya) (limping Tikaani) (loose Frost) (waxed red-sled) (anchored red-sled)
  (puppy Frost) (puppy Tikaani) (trained-leader Kaya) (trained-leader Sisu) (trained-leader Juno) (oldest Otso))
 (:goal (ahead-of Sisu Kaya)))
