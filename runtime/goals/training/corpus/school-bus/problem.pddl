(define (problem school-bus-1) (:domain school-bus)
 (:objects ada noam tilly rohan jemima - pupil yellowBus minibus2 - bus school pool garage - place elmStop millStop churchStop - street-stop mrsDacey coachPetrov - adult)
 (:init (PupilAt ada elmStop) (PupilAt noam millStop) (PupilAt tilly millStop) (OnBus rohan minibus2) (PupilAt jemima school) (BusAt yellowBus garage) (BusAt minibus2 churchStop) (Drives coachPetrov minibus2) (BusFuelled minibus2) (Crying tilly) (HasLunchbox ada) (LivesAt ada elmStop) (LivesAt noam millStop) (LivesAt tilly millStop) (LivesAt rohan churchStop) (LivesAt jemima churchStop) (InFirstGrade tilly) (InFirstGrade noam))
 (:goal (PupilAt ada school)))
