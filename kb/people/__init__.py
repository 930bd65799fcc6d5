"""What people do with their account: sign up, sign in, agree, leave."""
