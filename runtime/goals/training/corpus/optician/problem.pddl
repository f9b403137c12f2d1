(define (problem optician-1) (:domain optician)
 (:objects round-gold tortoise aviator wire-rims red-cat-eye - frame lens-a lens-b lens-c lens-d - lens
  mrs-alder mr-finch pippa theo - customer bridget kwabena - staff waiting-area test-room fitting-desk - room)
 (:init (on_rack round-gold) (on_rack tortoise) (on_rack aviator) (on_rack wire-rims) (fitted_in lens-d red-cat-eye) (scratched lens-b)
  (seated_in mrs-alder waiting-area) (seated_in mr-finch waiting-area) (seated_in pippa test-room) (seated_in theo waiting-area)
  (eyes_tested mr-finch) (titanium wire-rims) (titanium round-gold) (child pippa) (child theo))
 (:goal (eyes_tested pippa)))
