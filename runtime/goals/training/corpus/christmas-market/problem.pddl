(define (problem christmas-market-advent) (:domain christmas-market)
 (:objects brigitte uncle-theo the-nuns kasimir - vendor fir-stall church-stall corner-stall fountain-stall - stall mulled-wine gingerbread chestnuts - food-goods candles wooden-toys nativity-figures - craft-goods
  brass-band harpist - musician north-line south-line - power-line fairy-lights big-star holly-wreath - decoration)
 (:init (runs brigitte fir-stall) (hired-out fir-stall) (runs the-nuns church-stall) (hired-out church-stall) (paid-rent the-nuns) (licensed brigitte) (licensed the-nuns) (licensed uncle-theo) (delivered-to candles church-stall) (delivered-to gingerbread fir-stall) (delivered-to wooden-toys fir-stall) (sells church-stall candles)
  (hooked-to fir-stall north-line) (hooked-to church-stall north-line) (live north-line) (shutters-up church-stall) (decorated-with church-stall holly-wreath) (plays-beside harpist church-stall) (snowed-under corner-stall) (snowed-under fir-stall) (next-to fir-stall church-stall) (next-to church-stall fir-stall) (next-to corner-stall fountain-stall) (next-to fountain-stall corner-stall))
 (:goal (sells fir-stall gingerbread)))
