(define (problem lost-property-tuesday) (:domain lost-property)
 (:objects umb1 umb2 umb3 umb4 - umbrella scarf1 scarf2 - scarf coat1 coat2 - coat glove1 glove2 glove3 - glove
  ruck1 ruck2 - rucksack hbag1 hbag2 - handbag case1 case2 - suitcase phone1 phone2 phone3 - phone tab1 - tablet head1 head2 - headphones keys1 keys2 - keyring
  upper-shelf lower-shelf - shelf locker1 locker2 locker3 - locker rag-bin - bin
  mrs-okafor tomasz student-lee - owner nadia - clerk)
 (:init (kept-in umb1 rag-bin) (kept-in umb2 lower-shelf) (kept-in umb3 lower-shelf) (kept-in umb4 upper-shelf) (kept-in scarf1 upper-shelf) (kept-in scarf2 rag-bin) (kept-in coat1 lower-shelf) (kept-in coat2 locker1)
  (kept-in glove1 rag-bin) (kept-in glove2 rag-bin) (kept-in glove3 upper-shelf) (kept-in ruck1 lower-shelf) (kept-in ruck2 locker2) (kept-in hbag1 locker1) (kept-in hbag2 lower-shelf) (kept-in case1 lower-shelf) (kept-in case2 lower-shelf)
  (kept-in phone1 locker3) (kept-in phone2 upper-shelf) (kept-in phone3 locker3) (kept-in tab1 upper-shelf) (kept-in head1 upper-shelf) (kept-in head2 rag-bin) (kept-in keys1 upper-shelf) (kept-in keys2 locker2)
  (tagged umb2) (tagged hbag1) (tagged phone1) (tagged keys2) (logged hbag1) (logged phone1) (belongs-to hbag1 mrs-okafor) (belongs-to phone2 student-lee) (belongs-to coat1 tomasz) (belongs-to keys1 mrs-okafor)
  (claimed-by hbag1 mrs-okafor) (charged phone1) (unlocked locker1) (wet umb1) (wet umb3) (wet coat1) (wet glove2) (valuable hbag1) (valuable phone1) (valuable phone3) (valuable tab1) (valuable case2)
  (black umb1) (black umb2) (black coat2) (black ruck1) (black phone1) (red umb3) (red scarf1) (red hbag2) (leather hbag1) (leather glove1) (leather glove3) (leather case2) (broken umb1) (broken head2) (broken phone3))
 (:goal (returned-to hbag1 mrs-okafor)))
