(define (problem parcel-lockers-1) (:domain parcel-lockers)
 (:objects P01 P02 P03 P04 P05 P06 P07 P08 - parcel L1 L2 L3 L4 - small-locker L5 L6 - large-locker
  vanA vanB - van hub kiosk-west kiosk-east - depot imogen mr-duarte lotte - customer)
 (:init (atDepot P01 hub) (atDepot P02 hub) (atDepot P03 hub) (atDepot P04 kiosk-west) (inVan P05 vanA) (inVan P06 vanB) (inLocker P07 L2) (atDepot P08 kiosk-east)
  (vanAt vanA hub) (vanAt vanB kiosk-west) (addressedTo P01 imogen) (addressedTo P02 imogen) (addressedTo P03 lotte) (addressedTo P05 mr-duarte) (addressedTo P07 lotte) (addressedTo P08 mr-duarte)
  (outOfOrder L3) (vacant L1) (vacant L3) (vacant L4) (vacant L5) (vacant L6) (oversized P04) (oversized P08))
 (:goal (inLocker P01 L1)))
