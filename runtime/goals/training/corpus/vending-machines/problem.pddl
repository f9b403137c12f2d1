(define (problem vending-machines-1) (:domain vending-machines)
 (:objects VM1 VM2 VM3 - machine A1 A2 A3 B1 B2 B3 C1 C2 - slot water cola crisps choc-bar gum mints - product rufus adaeze - tech lobby canteen gym-hall depot - site)
 (:init (slot-of A1 VM1) (slot-of A2 VM1) (slot-of A3 VM1) (slot-of B1 VM2) (slot-of B2 VM2) (slot-of B3 VM2) (slot-of C1 VM3) (slot-of C2 VM3) (stocks A1 water) (stocks A2 cola) (stocks B1 crisps) (stocks C1 water) (sold-out A3) (sold-out B2) (sold-out B3) (sold-out C2) (priced-up A1) (machine-at VM1 lobby) (machine-at VM2 canteen) (machine-at VM3 gym-hall) (coin-jam VM2) (cooling-on VM1) (card-reader-ok VM1) (tech-at rufus depot) (tech-at adaeze lobby) (expired mints) (has-keys adaeze) (coil-stuck B2) (coil-stuck C1))
 (:goal (stocks A3 gum)))
