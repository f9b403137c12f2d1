(define (problem jewellery-spring) (:domain jewellery-workshop)
 (:objects swallow-brooch - brooch pearl-necklace ivy-necklace - necklace sapphire garnet opal moonstone - stone gold silver platinum - metal
  benedikt sunniva - goldsmith mrs-achebe dr-lindt young-couple - client left-case right-case - window-case big-safe - safe signet-ring wedding-band promise-ring - ring)
 (:init (made-of signet-ring gold) (made-of wedding-band gold) (made-of swallow-brooch silver) (set-with swallow-brooch garnet) (loose sapphire) (loose opal) (loose moonstone) (cut opal) (cut garnet) (polished pearl-necklace) (engraved signet-ring)
  (commissioned-by wedding-band young-couple) (commissioned-by swallow-brooch mrs-achebe) (shown-in signet-ring left-case) (shown-in wedding-band big-safe) (shown-in swallow-brooch right-case) (shown-in pearl-necklace left-case) (shown-in ivy-necklace big-safe) (shown-in promise-ring right-case)
  (works-on benedikt wedding-band) (works-on sunniva ivy-necklace) (locked big-safe) (locked left-case) (deposit-paid young-couple))
 (:goal (collected-by wedding-band young-couple)))
