(define (problem pizzeria-1) (:domain pizzeria)
 (:objects margherita marinara quattro-stagioni diavola calzone kids-pizza - pizza basil mozzarella salami ham olives mushrooms anchovies - topping
  stone-oven electric-oven - oven table1 table2 window-table - table enzo lucia - courier)
 (:init (dough-rolled margherita) (has-topping margherita mozzarella) (dough-rolled diavola) (has-topping diavola salami) (in-oven diavola stone-oven) (dough-rolled calzone) (baked calzone) (burnt calzone)
  (oven-lit stone-oven) (table-laid table1) (contains-meat salami) (contains-meat ham) (sold-out anchovies) (dough-rolled marinara))
 (:goal (baked diavola)))
