(define (problem podcast-studio-1) (:domain podcast-studio)
 (:objects pilot ep2 ep3 bonus-episode - episode marisol jeb - host dr-okonkwo sculptor-lin - guest mic-red mic-black lapel-mic - mic
  booth green-room control-room - room mattress-co coffee-club - sponsor)
 (:init (in-room marisol booth) (in-room jeb control-room) (in-room dr-okonkwo green-room) (in-room sculptor-lin green-room) (mic-at mic-red booth) (mic-at mic-black control-room) (mic-at lapel-mic green-room)
  (muted mic-black) (recorded pilot) (edited pilot) (published pilot) (recorded ep2) (explicit ep2) (noisy booth) (noisy green-room) (appears-in marisol pilot) (appears-in jeb ep2))
 (:goal (recorded ep3)))
