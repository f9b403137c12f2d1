"""Small problems to try things on, in PDDL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from planscript.runtime.pddl.model import Action, Predicate, Problem
from planscript.runtime.pddl.reader import read_domain, read_problem

Declared = TypeVar("Declared", Action, Predicate)

_DELIVERY = """
(define (domain delivery)
  (:requirements :strips :typing :action-costs)
  (:types place parcel)
  (:predicates (road ?a ?b - place) (van-at ?l - place) (at ?p - parcel ?l - place) (loaded ?p - parcel))
  (:functions (total-cost) (km ?a ?b - place))
  (:action drive :parameters (?a ?b - place)
    :precondition (and (van-at ?a) (road ?a ?b))
    :effect (and (van-at ?b) (not (van-at ?a)) (increase (total-cost) (km ?a ?b))))
  (:action load :parameters (?p - parcel ?l - place)
    :precondition (and (van-at ?l) (at ?p ?l))
    :effect (and (loaded ?p) (not (at ?p ?l)) (increase (total-cost) 1)))
  (:action unload :parameters (?p - parcel ?l - place)
    :precondition (and (van-at ?l) (loaded ?p))
    :effect (and (at ?p ?l) (not (loaded ?p)) (increase (total-cost) 1))))
"""
_PARCELS = """
(define (problem parcels) (:domain delivery)
  (:objects depot mill farm - place book vase - parcel)
  (:init (van-at depot) (at book depot) (at vase depot)
    (road depot mill) (road mill farm) (road depot farm)
    (= (total-cost) 0) (= (km depot mill) 2) (= (km mill farm) 3) (= (km depot farm) 9))
  (:goal (and (at book farm) (at vase farm)))
  (:metric minimize (total-cost)))
"""
_SWITCHES = """
(define (domain switches)
  (:requirements :strips :typing :negative-preconditions)
  (:types lamp)
  (:predicates (lit ?l - lamp) (next ?a ?b - lamp))
  (:action light :parameters (?a ?b - lamp)
    :precondition (and (lit ?a) (next ?a ?b) (not (lit ?b)))
    :effect (lit ?b)))
"""
_DARK = """
(define (problem dark) (:domain switches)
  (:objects one two three - lamp)
  (:init (lit one) (next one two))
  (:goal (lit three)))
"""

# What the words of the domains mean, in English and Chinese.
_GLOSSES: Mapping[str, tuple[str, str]] = {
    "road": ("there is a road from {a} to {b}", "从{a}到{b}有路"),
    "van-at": ("the van is at {l}", "货车在{l}"),
    "at": ("{p} is at {l}", "{p}在{l}"),
    "loaded": ("{p} is in the van", "{p}在货车上"),
    "drive": ("drive from {a} to {b}", "从{a}开到{b}"),
    "load": ("load {p} at {l}", "在{l}装上{p}"),
    "unload": ("unload {p} at {l}", "在{l}卸下{p}"),
    "lit": ("{l} is lit", "{l}亮着"),
    "next": ("{a} is next to {b}", "{a}在{b}旁边"),
    "light": ("light {b} from {a}", "用{a}点亮{b}"),
}

# name -> domain, problem
SAMPLES: Mapping[str, tuple[str, str]] = {
    "delivery": (_DELIVERY, _PARCELS),
    "switches": (_SWITCHES, _DARK),
}


def read_sample(name: str) -> Problem:
    """The sample of this name, with its glosses. Raises KeyError."""
    domain_text, problem_text = SAMPLES[name]
    domain = read_domain(domain_text, name)
    told = replace(
        domain,
        predicates={key: _told(one) for key, one in domain.predicates.items()},
        actions={key: _told(one) for key, one in domain.actions.items()},
    )
    return read_problem(problem_text, name, told)


def _told(declared: Declared) -> Declared:
    english, chinese = _GLOSSES[declared.name]
    return replace(declared, gloss={"en": english, "zh": chinese})
