(define (problem earth-satellites-11) (:domain earth-satellites)
 (:objects sat0 sat1 sat2 - satellite instr0 instr1 instr2 instr3 instr4 - instrument infrared0 spectro1 thermal2 - band
  gs0 gs1 - station volcano2 hurricane3 iceberg4 wildfire5 - phenomenon star6 star7 - star)
 (:init (on_board instr0 sat0) (on_board instr1 sat0) (on_board instr2 sat1) (on_board instr3 sat2) (on_board instr4 sat2) (supports instr0 infrared0) (supports instr0 thermal2) (supports instr1 spectro1) (supports instr2 infrared0) (supports instr3 thermal2) (supports instr4 spectro1)
  (calibration_target instr0 star6) (calibration_target instr1 star7) (calibration_target instr2 star6) (calibration_target instr3 star7) (calibration_target instr4 gs1) (pointing sat0 gs0) (pointing sat1 star6) (pointing sat2 iceberg4)
  (power_avail sat0) (power_avail sat1) (power_on instr3) (calibrated instr3) (have_image iceberg4 thermal2) (scheduled sat1 volcano2) (safe_mode sat1) (shutter_open instr3))
 (:goal (have_image volcano2 infrared0)))
