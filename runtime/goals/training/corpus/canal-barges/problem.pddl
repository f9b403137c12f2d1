(define (problem canal-monday) (:domain canal-barges)
 (:objects Q1 Q2 Q3 Q4 - quay north-basin south-basin - basin L1 L2 L3 - lock br11 br12 br13 br14 - barge
  sand-1 sand-2 grain-1 grain-2 - bulk drum-A drum-B drum-C drum-D drum-E - drum piet greta olaf - skipper)
 (:init (moored br11 Q1) (moored br12 Q2) (moored br13 north-basin) (moored br14 south-basin) (berth-taken Q1) (berth-taken Q2) (berth-taken north-basin) (berth-taken south-basin)
  (stacked-at sand-1 Q1) (stacked-at sand-2 Q1) (stacked-at grain-1 Q2) (aboard grain-2 br13) (stacked-at drum-A Q3) (stacked-at drum-B Q3) (stacked-at drum-C Q3) (aboard drum-D br14) (aboard drum-E br14)
  (bound-for sand-1 Q4) (bound-for sand-2 Q4) (bound-for grain-2 Q1) (crewed-by br11 piet) (crewed-by br13 greta) (filled L1) (gate-open L2) (bunkered br11) (bunkered br14) (covered br13) (tolled br11))
 (:goal (stacked-at grain-2 Q1)))
