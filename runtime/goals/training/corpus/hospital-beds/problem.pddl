(define (problem hospital-beds-night) (:domain hospital-beds)
 (:objects ward_3A ward_3B ward_4C - ward icu_1 - icu bed_01 bed_02 bed_03 bed_04 bed_05 bed_06 bed_07 bed_08 - bed
  pt_101 pt_102 pt_103 pt_104 pt_105 pt_106 - patient nurse_a nurse_b nurse_c - nurse mon1 mon2 mon3 - monitor)
 (:init (bed_in bed_01 ward_3A) (bed_in bed_02 ward_3A) (bed_in bed_03 ward_3A) (bed_in bed_04 ward_3B) (bed_in bed_05 ward_3B) (bed_in bed_06 ward_4C) (bed_in bed_07 icu_1) (bed_in bed_08 icu_1)
  (occupies pt_101 bed_01) (occupies pt_102 bed_04) (occupies pt_103 bed_07) (occupies pt_104 bed_06) (assigned pt_101 bed_01) (assigned pt_102 bed_04) (assigned pt_103 bed_07) (assigned pt_105 bed_02)
  (made_up bed_02) (made_up bed_05) (disinfected bed_02) (out_of_service bed_03) (isolated pt_104) (looked_after_by pt_101 nurse_a) (looked_after_by pt_103 nurse_c)
  (on_duty nurse_a ward_3A) (on_duty nurse_b ward_3B) (on_duty nurse_c icu_1) (hooked_up pt_103 mon1) (alarm_on mon1) (alarm_on mon3))
 (:goal (occupies pt_105 bed_02)))
