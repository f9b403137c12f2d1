(define (problem orchard-harvest-1) (:domain orchard-harvest)
 (:objects apple1 apple2 apple3 apple4 - apple pear1 pear2 pear3 - pear plum1 plum2 - plum quince1 - quince
  crate1 crate2 crate3 - crate basket1 basket2 - basket wheelbarrow - barrow barn cider-press farm-gate cold-store - spot
  old-russet bosc-tree mirabelle quince-tree - tree)
 (:init (grows-on apple1 old-russet) (grows-on apple2 old-russet) (picked apple3) (picked apple4) (in apple3 crate1) (in apple4 basket1)
  (grows-on pear1 bosc-tree) (picked pear2) (in pear2 crate1) (grows-on pear3 bosc-tree) (picked plum1) (in plum1 basket2) (grows-on plum2 mirabelle) (grows-on quince1 quince-tree)
  (bruised apple3) (bruised plum1) (ripe apple1) (ripe apple3) (ripe pear1) (ripe pear2) (ripe plum1) (wormy apple4) (wormy pear3)
  (holder-at crate1 barn) (holder-at crate2 barn) (holder-at crate3 cold-store) (holder-at basket1 farm-gate) (holder-at basket2 barn) (holder-at wheelbarrow barn) (wooden crate1) (wooden crate2) (covered crate3))
 (:goal (picked plum2)))
