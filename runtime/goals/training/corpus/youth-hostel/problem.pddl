(define (problem youth-hostel-1) (:domain youth-hostel)
 (:objects anouk bastien callum dilara eun-ji - guest sea-dorm attic-dorm - dorm bunk1 bunk2 bunk3 bunk4 bunk5 - bunk locker7 locker8 locker9 - locker dishes sweeping breakfast-duty - chore)
 (:init (sleeps-in anouk bunk1) (sleeps-in bastien bunk2) (bunk-of bunk1 sea-dorm) (bunk-of bunk2 sea-dorm) (bunk-of bunk3 sea-dorm) (bunk-of bunk4 attic-dorm) (bunk-of bunk5 attic-dorm) (sheets-changed bunk3) (has-locker anouk locker7) (paid-up anouk) (does-chore callum dishes) (window-open attic-dorm) (light-on sea-dorm) (light-on attic-dorm) (snores bastien) (snores callum) (locker-broken locker9))
 (:goal (paid-up callum)))
