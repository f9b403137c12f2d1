(define (problem spice-rack-1) (:domain spice-rack)
 (:objects jar1 jar2 jar3 jar4 - jar tin1 tin2 - tin pepper-mill - grinder black-pepper white-pepper - pepper cumin1 - cumin saffron1 - saffron basil1 - basil thyme1 - thyme chili1 chili2 - chili cinnamon1 - cinnamon
  upper-shelf lower-shelf - shelf spice-drawer - drawer kitchen-counter - worktop)
 (:init (holds jar1 cumin1) (holds jar2 basil1) (holds jar3 chili1) (holds tin1 saffron1) (holds pepper-mill black-pepper) (stands-on jar1 upper-shelf) (stands-on jar2 upper-shelf) (stands-on jar3 spice-drawer) (stands-on jar4 kitchen-counter)
  (stands-on tin1 lower-shelf) (stands-on tin2 spice-drawer) (stands-on pepper-mill kitchen-counter) (labelled jar1) (lid-off jar3) (half-empty pepper-mill) (half-empty jar2) (ground cumin1) (stale basil1) (stale thyme1) (hot-tasting chili1) (hot-tasting chili2) (hot-tasting black-pepper)
  (greasy jar3) (greasy tin2) (dusty upper-shelf) (dusty lower-shelf) (from-abroad saffron1) (from-abroad cinnamon1) (glass-made jar1) (glass-made jar4))
 (:goal (labelled jar2)))
