# A script, not PDDL
print("hello")
