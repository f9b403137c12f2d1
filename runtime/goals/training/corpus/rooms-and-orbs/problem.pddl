(define (problem rooms-and-orbs-1) (:domain rooms-and-orbs)
 (:objects hall vault tower cellar roof - place orb1 orb2 orb3 orb4 orb5 orb6 - orb left right - claw robi tiki - bot)
 (:init (bot-in robi hall) (bot-in tiki vault) (claw-free robi left) (claw-free robi right) (claw-free tiki right) (carries tiki orb6 left) (orb-in orb1 hall) (orb-in orb2 hall) (orb-in orb3 vault) (orb-in orb4 cellar) (orb-in orb5 roof) (connected hall vault) (connected vault hall) (connected hall tower) (connected tower hall) (connected tower roof) (connected roof tower) (connected hall cellar) (connected cellar hall) (glowing orb1) (glowing orb4))
 (:goal (orb-in orb1 vault)))
