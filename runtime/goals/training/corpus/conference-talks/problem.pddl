(define (problem conference-talks-1) (:domain conference-talks)
 (:objects openingKeynote closingKeynote - keynote bees graphene tides fonts sleepTalk - talk drAdeyemi profKlein hana luca mei - speaker tom ruth - volunteer
  aula room12 room14 cellarLab - room mon9 mon11 mon14 tue9 - slot)
 (:init (before openingKeynote bees) (before fonts tides) (inRoom openingKeynote aula) (inRoom bees room12) (inRoom graphene room12) (inRoom fonts room14) (scheduledAt openingKeynote mon9) (scheduledAt bees mon11) (scheduledAt fonts mon14) (scheduledAt graphene tue9)
  (givenBy openingKeynote drAdeyemi) (givenBy bees hana) (givenBy graphene luca) (givenBy tides mei) (givenBy closingKeynote profKlein) (chairs tom room12) (chairs ruth room14) (introduces ruth mei) (badged tom) (badged ruth) (badged hana) (recorded bees) (cancelled sleepTalk) (slidesIn bees) (slidesIn openingKeynote)
  (locked cellarLab) (projectorOn room14) (student hana) (student luca) (student tom) (largest aula) (remote mei))
 (:goal (before graphene tides)))
