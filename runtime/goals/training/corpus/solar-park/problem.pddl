(define (problem solar-park-1) (:domain solar-park)
 (:objects PV01 PV02 PV03 PV04 PV05 PV06 PV07 PV08 - panel INV-A INV-B - inverter r1 r2 r3 r4 - row washbot1 washbot2 - robot dagny teo - worker)
 (:init (pnl_in_row PV01 r1) (pnl_in_row PV02 r1) (pnl_in_row PV03 r2) (pnl_in_row PV04 r2) (pnl_in_row PV05 r3) (pnl_in_row PV06 r3) (pnl_in_row PV07 r4) (pnl_in_row PV08 r4) (pnl_clean PV01) (pnl_clean PV05) (wired_to PV01 INV-A) (wired_to PV02 INV-A) (wired_to PV03 INV-A) (wired_to PV05 INV-B) (wired_to PV06 INV-B) (inv_on INV-A) (inv_fault INV-B) (pnl_cracked PV04) (pnl_cracked PV08) (tilted_up r1) (rob_at washbot1 r1) (rob_at washbot2 r3) (rob_charged washbot1) (wkr_at dagny r2) (wkr_at teo r4) (shaded PV07) (shaded PV02) (fenced r1))
 (:goal (pnl_clean PV02)))
