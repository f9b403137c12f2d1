def run():
    n = 40000
    prime = [True] * (n + 1)
    i = 2
    while i * i <= n:
        if prime[i]:
            for j in range(i * i, n + 1, i):
                prime[j] = False
        i += 1
    return len([k for k in range(2, n + 1) if prime[k]])
