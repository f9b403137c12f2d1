(define (problem nail-salon-1) (:domain nail-salon)
 (:objects Mrs-Oyelaran Colette Fumiko Bea - client Nam Rosalind - stylist chair1 chair2 window-chair - chair cherry-red nude-pink midnight-blue clear-coat - polish)
 (:init (Sitting Colette chair1) (OldPolishOff Colette) (Soaking Colette) (Filed Bea) (OldPolishOff Bea) (OnLunch Rosalind) (ChairSanitised chair2) (Regular Mrs-Oyelaran) (Regular Bea) (BottleEmpty midnight-blue) (ServedBy Colette Nam))
 (:goal (Painted Bea cherry-red)))
