(define (problem alpine-huts-july) (:domain alpine-huts)
 (:objects alma bruno chiara dieter emil - hiker
  eagle-hut larch-hut glacier-hut - hut north-pass wolf-pass - pass valley-station old-bridge - trailhead
  green-tent orange-tent - tent gas-stove - stove long-rope short-rope - rope)
 (:init (at-place alma valley-station) (at-place bruno valley-station) (at-place chiara old-bridge) (at-place dieter larch-hut) (at-place emil eagle-hut)
  (booked-into dieter larch-hut) (booked-into emil glacier-hut) (paid dieter) (carries alma green-tent) (carries chiara long-rope)
  (left-at orange-tent old-bridge) (pitched orange-tent) (left-at gas-stove valley-station) (left-at short-rope larch-hut)
  (snowed-in north-pass) (snowed-in wolf-pass) (stocked larch-hut) (licensed chiara) (licensed emil) (rested dieter))
 (:goal (at-place alma eagle-hut)))
