(define (problem tyre-workshop-1) (:domain tyre-workshop)
 (:objects front-left front-right rear-left rear-right - hub w1 w2 w3 w4 w5 w6 - wheel nuts-fl nuts-fr nuts-rl nuts-rr - nut trunk-a trunk-b - boot)
 (:init (wheel-on w1 front-left) (wheel-on w2 front-right) (wheel-on w3 rear-left) (wheel-on w4 rear-right) (nuts-tight nuts-fl front-left) (nuts-tight nuts-fr front-right) (nuts-tight nuts-rl rear-left) (nuts-tight nuts-rr rear-right) (intact w1) (intact w3) (intact w4) (intact w5) (inflated w1) (inflated w3) (in-boot w5 trunk-a) (in-boot w6 trunk-a) (boot-locked trunk-a) (boot-open trunk-b) (winter-tyre w5) (winter-tyre w6))
 (:goal (wheel-on w5 front-right)))
