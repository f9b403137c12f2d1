(define (problem radiology-dept-1) (:domain radiology-dept)
 (:objects mr_ferrante baby_noor mrs_quist pt_881 - patient mri1 mri2 ct - scanner tamsin olu - radiographer dr_haas dr_vikander - radiologist waiting_room prep_room mri_suite ct_suite - room knee_study chest_study head_study - study)
 (:init (patient_in mr_ferrante waiting_room) (patient_in baby_noor prep_room) (patient_in mrs_quist mri_suite) (patient_in pt_881 waiting_room) (lying_in mrs_quist mri1) (metal_removed mrs_quist) (scanner_free mri2) (scanner_free ct) (study_of knee_study mr_ferrante) (study_of chest_study mrs_quist) (study_of head_study pt_881) (read_by chest_study dr_haas) (operated_by mri1 tamsin) (under_service mri2) (fasting baby_noor) (urgent head_study) (wristband_on mrs_quist))
 (:goal (scanned pt_881 ct)))
