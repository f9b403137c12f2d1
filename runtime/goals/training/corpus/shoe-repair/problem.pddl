(define (problem shoe-repair-1) (:domain shoe-repair)
 (:objects riding-boots hiking-boots - boots red-heels silver-heels - heels canvas-sneakers - sneakers loafers - pair mr-obi mrs-lund clara - customer top-shelf pickup-shelf window-shelf - shelf gaspard wen - cobbler)
 (:init (belongs riding-boots mr-obi) (belongs hiking-boots mr-obi) (belongs red-heels mrs-lund) (belongs silver-heels clara) (belongs canvas-sneakers clara) (belongs loafers mrs-lund) (on-shelf riding-boots top-shelf) (on-shelf red-heels window-shelf) (on-shelf loafers top-shelf) (ticketed riding-boots) (ticketed loafers) (worked-on-by riding-boots gaspard) (heel-loose red-heels) (heel-loose riding-boots) (smelly canvas-sneakers) (smelly hiking-boots) (rush silver-heels) (rush loafers))
 (:goal (resoled riding-boots)))
