(define (problem pump-stations-1) (:domain pump-stations)
 (:objects P-101 P-102 P-103 P-104 - pump V-1 V-2 V-3 V-4 V-5 - valve B1 B2 B3 - basin haldor indira - technician)
 (:init (pump-running P-101) (valve-open V-2) (valve-open V-4) (basin-full B1) (primed P-101) (primed P-103) (tripped P-102) (feeds-into P-101 B1) (feeds-into P-102 B2) (feeds-into P-103 B2) (feeds-into P-104 B3) (guarded-by B1 V-1) (guarded-by B2 V-2) (guarded-by B2 V-3) (guarded-by B3 V-4) (alarm-on B2) (tech-at haldor B1) (tech-at indira B3) (standby P-104) (tagged-out V-5))
 (:goal (pump-running P-103)))
