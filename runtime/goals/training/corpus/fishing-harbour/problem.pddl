(define (problem fishing-harbour-dawn) (:domain fishing-harbour)
 (:objects northern-star sea-otter little-bess - boat old-pat marit jonah siv - fisher fish-quay slipway auction-hall - harbour-place dogger-bank herring-hole - fishing-ground
  cod mackerel herring crabs - catch hotel-atlantic mrs-bruun cannery - buyer trawl-net drift-net - net)
 (:init (lies-at northern-star fish-quay) (lies-at sea-otter dogger-bank) (lies-at little-bess slipway) (skippers marit sea-otter) (crews jonah sea-otter) (rigged sea-otter) (leaking little-bess) (fuelled-up sea-otter) (holds sea-otter cod) (holds sea-otter mackerel)
  (landed crabs fish-quay) (iced cod) (promised-to cod cannery) (promised-to crabs hotel-atlantic) (mended drift-net) (carries-net sea-otter drift-net) (drying-at trawl-net slipway))
 (:goal (landed cod auction-hall)))
