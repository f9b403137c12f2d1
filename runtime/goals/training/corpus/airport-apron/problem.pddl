(define (problem airport-apron-1) (:domain airport-apron)
 (:objects D-ABC D-KLM G-XYZ N-505 EC-77 - aircraft stand7 stand8 stand9 - stand gateA gateB - gate hold27 - runway-hold truck1 truck2 - fuel-truck tug1 tug2 - tug stairs1 stairs2 - stairs ice1 - deicer
  yusra piotr helen - worker crew-red crew-blue - flight-crew)
 (:init (parked-on D-ABC gateA) (parked-on D-KLM gateB) (parked-on G-XYZ stand7) (parked-on N-505 stand8) (parked-on EC-77 hold27) (behind N-505 D-KLM) (attached tug1 D-ABC) (attached truck1 D-KLM) (attached stairs1 G-XYZ) (stationed truck1 gateB) (stationed truck2 stand9) (stationed tug1 gateA) (stationed tug2 stand9) (stationed stairs1 stand7) (stationed stairs2 stand9) (stationed ice1 hold27)
  (operates yusra tug1) (operates piotr truck1) (marshals helen G-XYZ) (boarded crew-red D-ABC) (departs-before D-ABC D-KLM) (refuelled EC-77) (refuelled D-ABC) (deiced EC-77) (chocked G-XYZ) (chocked N-505) (cargo-door-open D-KLM) (grounded N-505) (swept gateA) (wide-body N-505) (wide-body D-KLM) (turboprop G-XYZ) (remote stand8) (remote stand9))
 (:goal (parked-on G-XYZ gateB)))
