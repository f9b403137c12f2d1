(define (problem quiz-night-1) (:domain quiz-night)
 (:objects Quizzly-Bears Les-Quizerables The-Underdogs Grey-Matter - team round1 round2 round3 final - round table1 table2 table3 bar-table - table Declan Yvette - host cider lemonade stout - drink)
 (:init (seated-at Quizzly-Bears table1) (seated-at Grey-Matter bar-table) (quizmaster Declan round1) (round-read round1) (answered Grey-Matter round1) (entry-paid Grey-Matter) (leading Grey-Matter) (phones-away The-Underdogs) (table-wobbly table2) (table-wobbly bar-table) (mic-on) (music-round round3))
 (:goal (round-read round2)))
